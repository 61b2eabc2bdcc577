/** The script of `charts/index.html`: it shows new runs as they are published and looks up users and products. */
import { openIndex } from './index/open-index.ts';

openIndex();
